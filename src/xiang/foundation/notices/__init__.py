"""通知: what people are told, in the application always, and by SMS or e-mail where that is useful and wanted.

It serves residents and officers. A notice about a decision cannot be silenced; everything else stops when it would
hurt: after a death nobody is congratulated, reminded or asked for a rating.
"""
