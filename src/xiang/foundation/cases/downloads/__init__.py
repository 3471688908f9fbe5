"""Files and sealed documents of cases, sent to whoever may have them: the one place for resident and officer pages.

``downloads:document`` (a document's id), ``downloads:file`` (a case's number and a file's id) and
``downloads:own_file`` (a file that the actor handed in, before any case names it). ``?view=1`` shows a picture or PDF
instead of saving it.
"""
