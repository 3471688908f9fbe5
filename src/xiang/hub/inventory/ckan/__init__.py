"""A subset of CKAN's action API over the catalogue, so that its clients and harvesters work here.

An entry is a package, a resource a resource, a body an organization, the first part of a category a group and the second
a tag. Reading shows what the caller may see, without a token what is open. Writing never publishes: a package that is
created or changed is a draft on its way through signatures and review, and says so in its ``state``.
"""
