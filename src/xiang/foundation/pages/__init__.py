"""Pages (页面): the visual language in code, for every room that shows something to somebody.

It serves residents, officers and boards alike: base templates, components, navigation and panel registries, the
translation of refusals into words, and the theme and elder mode that follow the State Council's rules for
accessible and age-friendly government services (国办发〔2020〕45号) and WCAG 2.1 AA. It holds no model and no rule
of the field, and imports only ground and Django. How to use it: ``docs/pages.md``; all of it at ``/gallery/``.
"""
