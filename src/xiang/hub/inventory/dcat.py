"""The catalogue as DCAT-AP 3: one entry as a dataset, or the whole catalogue page by page, in JSON-LD and Turtle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, SKOS, XSD, BNode, Graph, URIRef
from rdflib import Literal as Value
from rdflib.namespace import Namespace

from xiang.hub.inventory.models import CatalogueEntry, Resource
from xiang.hub.inventory.standard import Standard

Form = Literal["json-ld", "turtle"]
CONTENT_TYPES: Mapping[Form, str] = {"json-ld": "application/ld+json", "turtle": "text/turtle"}
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
_VERSION = URIRef(f"{DCAT}version")  # of DCAT 3, which the library's list lacks
_EU = "http://publications.europa.eu/resource/authority/"
_RIGHTS = {"open": "PUBLIC", "conditional": "RESTRICTED", "closed": "NON_PUBLIC"}
_CONTEXT = {
    "dcat": str(DCAT), "dct": str(DCTERMS), "foaf": str(FOAF), "skos": str(SKOS), "hydra": str(HYDRA),
    "owl": str(OWL), "xsd": str(XSD),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """Where the catalogue stands: the address that its identifiers begin with."""

    root: str

    @property
    def catalogue(self) -> URIRef:
        return URIRef(f"{self.root}/dcat/catalogue")

    def dataset(self, key: str) -> URIRef:
        return URIRef(f"{self.root}/dcat/datasets/{key}")

    def page(self, form: Form, cursor: str = "") -> URIRef:
        suffix = "jsonld" if form == "json-ld" else "ttl"
        return URIRef(f"{self.root}/dcat/catalogue.{suffix}" + (f"?cursor={cursor}" if cursor else ""))


@dataclass(frozen=True, slots=True)
class Described:
    """An entry, its body's name, its data."""

    entry: CatalogueEntry
    body: str
    resources: Sequence[Resource]


def dataset(one: Described, terms: Standard, site: Site, form: Form) -> str:
    """One entry."""
    graph = _graph()
    _dataset(graph, one, terms, site)
    return _written(graph, form)


def catalogue(
    rows: Sequence[Described], total: int, cursor: str, following: str | None, terms: Standard, site: Site, form: Form
) -> str:
    """One page of the catalogue; Hydra says how many there are and where the next page is."""
    graph = _graph()
    top = site.catalogue
    graph.add((top, RDF.type, DCAT.Catalog))
    graph.add((top, DCTERMS.title, Value("政务数据目录", lang="zh")))
    graph.add(
        (top, DCTERMS.description, Value("湖南省政务数据目录：各机关的数据目录、共享属性和数据资源。", lang="zh"))
    )
    graph.add((top, DCTERMS.language, URIRef(f"{_EU}language/ZHO")))
    for key in sorted(terms.authority)[:1]:
        graph.add((top, DCTERMS.publisher, _agent(graph, key, key, site)))
    graph.add((top, RDF.type, HYDRA.Collection))
    graph.add((top, HYDRA.totalItems, Value(total)))
    here = site.page(form, cursor)
    graph.add((top, HYDRA.view, here))
    graph.add((here, RDF.type, HYDRA.PartialCollectionView))
    graph.add((here, HYDRA.first, site.page(form)))
    if following:
        graph.add((here, HYDRA.next, site.page(form, following)))
    for one in rows:
        graph.add((top, DCAT.dataset, _dataset(graph, one, terms, site)))
    return _written(graph, form)


def _graph() -> Graph:
    graph = Graph()
    for prefix, name in _CONTEXT.items():
        graph.bind(prefix, name)
    return graph


def _written(graph: Graph, form: Form) -> str:
    if form == "json-ld":
        return graph.serialize(format=form, context=_CONTEXT, auto_compact=False, indent=1)
    return graph.serialize(format=form)


def _dataset(graph: Graph, one: Described, terms: Standard, site: Site) -> URIRef:
    entry, here = one.entry, site.dataset(one.entry.key)
    graph.add((here, RDF.type, DCAT.Dataset))
    graph.add((here, DCTERMS.title, Value(entry.title, lang="zh")))
    graph.add((here, DCTERMS.description, Value(entry.summary or entry.title, lang="zh")))
    graph.add((here, DCTERMS.identifier, Value(entry.code or entry.key)))
    graph.add((here, DCTERMS.publisher, _agent(graph, entry.body_key, one.body, site)))
    graph.add((here, DCTERMS.accessRights, URIRef(f"{_EU}access-right/{_RIGHTS[entry.open]}")))
    graph.add((here, DCTERMS.accrualPeriodicity, URIRef(f"{_EU}frequency/{terms.frequency(entry.cycle)}")))
    graph.add((here, _VERSION, Value(str(entry.version))))
    if entry.published_at:
        graph.add((here, DCTERMS.modified, Value(entry.published_at.isoformat(), datatype=XSD.dateTime)))
    if entry.conditions or entry.not_shared_citation:
        said = BNode()
        graph.add((here, DCTERMS.rights, said))
        graph.add((said, RDF.type, DCTERMS.RightsStatement))
        graph.add((said, DCTERMS.description, Value(entry.conditions or entry.not_shared_citation, lang="zh")))
    if entry.category:
        theme = BNode()
        graph.add((here, DCAT.theme, theme))
        graph.add((theme, RDF.type, SKOS.Concept))
        graph.add((theme, SKOS.prefLabel, Value(entry.category, lang="zh")))
    for title in entry.items:
        graph.add((here, DCAT.keyword, Value(title, lang="zh")))
    for resource in one.resources:
        graph.add((here, DCAT.distribution, _distribution(graph, resource, site)))
    return here


def _distribution(graph: Graph, resource: Resource, site: Site) -> URIRef:
    here = URIRef(f"{site.root}/dcat/distributions/{resource.key}")
    graph.add((here, RDF.type, DCAT.Distribution))
    graph.add((here, DCTERMS.title, Value(resource.title, lang="zh")))
    graph.add((here, DCAT.accessURL, URIRef(f"{site.root}/hub/resources/{resource.key}/")))
    if resource.updated_at:
        graph.add((here, DCTERMS.modified, Value(resource.updated_at.isoformat(), datatype=XSD.dateTime)))
    return here


def _agent(graph: Graph, key: str, name: str, site: Site) -> URIRef:
    here = URIRef(f"{site.root}/dcat/bodies/{key}")
    graph.add((here, RDF.type, FOAF.Agent))
    graph.add((here, FOAF.name, Value(name, lang="zh")))
    return here
