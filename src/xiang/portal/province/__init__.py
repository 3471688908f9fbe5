"""The synthetic province (虚拟省): a seeded, plausible population in the departments' own source systems.

For demonstrations, tests and measurements. Nobody real is in it: every identity number, company code, phone, plate and
certificate number stands in a range that was never assigned, so that nobody is ever hit (个人信息保护法).
"""
