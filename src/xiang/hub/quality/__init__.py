"""Quality (质检): rules over tables, the quarterly campaign, and mending what it found.

For data stewards, who mend, and for the hub's operators, who check. Follows GB/T 36344-2018 (dimensions and indicators),
政务数据共享条例 (国务院令第809号) on keeping shared data right, and the province's quarterly inspection.
"""
