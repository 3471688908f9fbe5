"""Publishing (发布): editions that are drafted, reviewed, published and then frozen; and the profile, loaded as data.

Serves rooms whose content others rely on (items, forms, templates, life events), and whoever keeps the profile's files.
Law: 优化营商环境条例 35 (one standard for one item), 国务院令第716号 6 (guides are public). Nobody approves their own.
"""
