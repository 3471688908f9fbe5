"""The portal (门户): pages that are made of several rooms, for residents, officers, supervisors and auditors.

Home, boards, who used my data, the auditor's pages, the synthetic province and the stories of the demonstration. It owns
no rule: what can be done and asked is said by the rooms below (国务院令第716号 art. 4, 7: one entrance, every use shown).
"""
