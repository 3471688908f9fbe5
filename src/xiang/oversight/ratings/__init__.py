"""好差评: whoever was served says how it went, once a matter, whole and in parts; bad ratings are followed up.

For people who were served, and for the supervisors of those who served them; officers see what was said, never who.
Rules: 国办发〔2019〕51号, GB/T 39734-2020 and GB/T 39735-2020 (一事一评, five levels); limits are dated rows.
"""
