"""Electronic credentials (电子证照): issued under seal, shown by their holder, checked by anybody, ended in law's ways.

For holders, issuers and whoever must check one (国务院令第716号 art. 10, 11; GB/T 36901 to 36905). The identifier ends
in an ISO 7064 MOD 37,36 check character (GB/T 36904).
"""
