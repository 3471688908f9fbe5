"""Forms (表单): what an application asks, and where each answer comes from.

For residents and companies, who should type almost nothing: a field names its source and a material its substitutes,
and what government holds is fetched, shown with its origin and open to dispute (国务院令第716号 art. 7).
"""
