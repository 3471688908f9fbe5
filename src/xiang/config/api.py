"""The REST API, ``/api/v1/``: the rooms' routers under one roof, refusals as problems, one document."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from xiang.config.openapi import Document
from xiang.foundation.cases.api import router as cases
from xiang.foundation.documents.api import router as documents
from xiang.foundation.ground.errors import Absent, DomainError, FieldError, Invalid, TooLarge
from xiang.foundation.pages.http import page, problem_document
from xiang.foundation.parties.api import router as parties
from xiang.foundation.parties.rest.answering import headers_of
from xiang.foundation.parties.rest.refusals import NotAllowed, Unauthenticated, UnsupportedMedia, challenge
from xiang.hub.bases.api import router as bases
from xiang.hub.exchange.api import router as exchange
from xiang.hub.inventory.api import router as inventory
from xiang.hub.quality.api import router as quality
from xiang.hub.sharing.api import router as sharing
from xiang.hub.sources.api import router as sources
from xiang.oversight.ratings.api import router as ratings
from xiang.services.applications.api import router as applications
from xiang.services.credentials.api import router as credentials
from xiang.services.items.api import router as items
from xiang.services.lifeevents.api import router as lifeevents
from xiang.services.payments.api import router as payments

log = logging.getLogger("xiang.api")

PREFIX = "api/v1/"
DESCRIPTION = """湘政务服务平台的接口：页面上能办的事，程序都能办，走的是同样的操作。

A refusal is `application/problem+json` (RFC 9457) with a stable `code`. Lists are pages by cursor. A POST that makes or moves
something takes `Idempotency-Key`. Instants are UTC, dates are legal dates in Asia/Shanghai, money is in fen."""


class StrictParser(Parser):
    """Bodies of the media type that was declared, in characters that a database can hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise _not_json()
        found = json.loads(request.body.decode("utf-8"), parse_constant=_no_constant)
        _check_text(found)
        return found

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        if data is request.FILES and request.content_type != "multipart/form-data":
            raise UnsupportedMedia("unsupported_media_type", "请用 multipart/form-data 上传文件。")
        found = super().parse_querydict(data, list_fields, request)
        _check_text(found)
        return found


def _not_json() -> UnsupportedMedia:
    return UnsupportedMedia("unsupported_media_type", "请用 application/json 发送。")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _check_text(value: Any) -> None:
    """Refuse NUL and halves of surrogate pairs, wherever they stand: no database keeps them."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise Invalid([FieldError("", "bad_character", "有一个字符不能保存，请删掉后再试。")])
    elif isinstance(value, dict):
        for key, part in value.items():
            _check_text(key)
            _check_text(part)
    elif isinstance(value, list):
        for part in value:
            _check_text(part)


class ChineseRenderer(JSONRenderer):
    """Chinese as it is written, not as escapes of three times the length."""

    json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}


class DocsPage(DocsBase):
    """The document to read, rendered here: no script of somebody else's, within the content security policy."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Absent
        document = api.get_openapi_schema(path_params=kwargs)
        groups: dict[str, list[dict[str, Any]]] = {}
        for address, methods in document["paths"].items():
            for method, said in methods.items():
                row = {"path": address, "method": method.upper(), "said": said, "scopes": said.get("x-scopes", [])}
                groups.setdefault(said["tags"][0], []).append(row)
        return page(request, "parties/api.html", {"document": document, "groups": list(groups.items()), "nav": "me"})


class Api(NinjaAPI):
    """The API with our refusals, our document and the headers that operations say."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Document:
        return Document(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)

    def get_openapi_operation_id(self, operation: Any) -> str:
        name: str = operation.view_func.__name__
        return name

    def create_response(self, request: HttpRequest, data: Any, **how: Any) -> HttpResponse:
        answer = super().create_response(request, data, **how)
        for name, value in headers_of(request).items():
            answer[name] = value
        return answer


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal as a problem document."""
    answer = JsonResponse(
        problem_document(request, error),
        status=error.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
    if said := challenge(error):
        answer["WWW-Authenticate"] = said
    return answer


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return refuse(request, TooLarge("too_large", "发送的内容太大。文件请用材料的上传接口。"))
    return refuse(request, DomainError("malformed", "请求读不懂：请检查格式。"))


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        return refuse(request, Unauthenticated("not_signed_in", "请先登录，或者带上访问令牌。"))
    # django-ninja wraps whatever went wrong while a body was read.
    cause = error.__cause__
    return refuse(request, cause) if isinstance(cause, DomainError) else _unreadable(request, error)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the declared shape; the codes are pydantic's types of error, never the value that was sent."""
    errors = [FieldError(_pointer(one["loc"]), one["type"], one["msg"]) for one in error.errors]
    return refuse(request, Invalid(errors, "invalid", "发送的内容和接口说明不一致。"))


def _pointer(place: tuple[Any, ...]) -> str:
    """The JSON pointer of a place, without where it was sent and the name of the parameter that takes a whole body."""
    parts = [str(part) for part in place[2 if place[0] == "body" else 1 :]]
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours: logged with where it happened, but not with its message, which may hold what somebody typed."""
    route = request.resolver_match.route if request.resolver_match else ""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s failed: %s\n%s", request.method, route, type(error).__name__, where)
    failure = DomainError("internal_error", "系统出错了，已经记录下来。请稍后再试。")
    failure.status = HTTPStatus.INTERNAL_SERVER_ERROR
    return refuse(request, failure)


api = Api(
    title="湘政务服务平台",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api",
    docs=DocsPage(),
    parser=StrictParser(),
    renderer=ChineseRenderer(),
)
HANDLERS: dict[type[Exception], Any] = {
    DomainError: refuse,
    ValidationError: _invalid,
    HttpError: _http_error,
    Http404: lambda request, error: refuse(request, Absent()),
    RawPostDataException: lambda request, error: refuse(request, _not_json()),
    **dict.fromkeys((SuspiciousOperation, BadRequest, UnreadablePostError, MultiPartParserError), _unreadable),
    Exception: _broken,
}
for kind, handler in HANDLERS.items():
    api.add_exception_handler(kind, handler)
for router in (
    parties, items, lifeevents, applications, cases, documents, credentials, payments, ratings, sharing,
    inventory, exchange, bases, quality, sources,
):  # fmt: skip
    api.add_router("", router)


def _answered_whole(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """HEAD wherever there is a GET, and a method that does nothing refused in our words."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        answer = view(request, *args, **given)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = answer["Allow"].split(", ")
            answer = refuse(request, NotAllowed("method_not_allowed", "这个接口地址不支持这种请求方法。"))
            answer["Allow"] = ", ".join(sorted({*allowed, *({"HEAD"} if "GET" in allowed else set())}))
        if asked == "HEAD":
            request.method = asked
            answer["Content-Length"], answer.content = str(len(answer.content)), b""
        return answer

    return answered


def _patterns() -> tuple[list[Any], str, str]:
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if pattern.callback is not None:
            pattern.callback = _answered_whole(pattern.callback)
    return patterns, app_name, namespace


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for below ``/api/``: there is no such thing."""
    return refuse(request, Absent("no_such_address", "没有这个接口地址，请对照接口说明。"))


urlpatterns: list[URLPattern | URLResolver] = [path(PREFIX, _patterns()), re_path(r"^api/", nowhere)]
