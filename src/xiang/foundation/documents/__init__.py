"""Documents and files (文书与文件): what is handed in, and what an authority issues under its seal.

For every procedure: numbered documents from templates, rendered and sealed outside the transaction that ordered them
(行政许可法 art. 32: written, stamped and dated; 国务院令第716号 art. 9, 10), and encrypted files whose content is what
their name says.
"""
