"""Every error of a FastAPI host as a problem document in the reader's language; used by fastapi_host.py."""

import logging
import re

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from casewf import CasewfError, problem

TITLES = {
    401: ("请先登录，或核对签名", "Sign in, or check the signature"),
    404: ("没有此地址", "There is no such address"),
    405: ("此地址不支持该方法", "The address does not take this method"),
    422: ("请求缺项或格式不对", "Something in the request is missing or not well-formed"),
}


def language(accepted: str) -> str:
    """The one of zh and en that an Accept-Language header prefers; Chinese for who wants neither."""
    weights: dict[str, float] = {}  # in the order of the header, since of two alike the first is meant
    for one in accepted.lower().split(","):
        name, _, weight = one.partition(";")
        lang = name.strip().split("-")[0]
        found = re.fullmatch(r"\s*q=(0(?:\.\d*)?|1(?:\.0*)?)\s*", weight or "q=1")
        if lang in ("zh", "en") and found and float(found[1]) > 0:
            weights[lang] = max(weights.get(lang, 0.0), float(found[1]))
    return max(weights, key=lambda lang: weights[lang], default="zh")


def told(request: Request, error: Exception) -> JSONResponse:
    lang = language(request.headers.get("Accept-Language", ""))
    if isinstance(error, CasewfError):
        document = problem(error, lang)
    else:
        document = plain(error, lang)
    if document["status"] >= 500:
        logging.error("%s failed", request.url.path, exc_info=error)
    headers = {**(getattr(error, "headers", None) or {}), "Content-Language": lang}
    return JSONResponse(document, document["status"], headers, "application/problem+json")


def plain(error: Exception, lang: str) -> dict[str, object]:
    """An error of the framework: nobody signed in, no such address, or what in the request is wrong, not its value."""
    status = getattr(error, "status_code", 422)
    title = TITLES.get(status, TITLES[422])[lang == "en"]
    document = {"type": "about:blank", "title": title, "status": status}
    if isinstance(error, RequestValidationError):
        document["detail"] = f"{title}: {', '.join('.'.join(map(str, one['loc'])) for one in error.errors())}"
    return document


def tell_errors(app: FastAPI) -> None:
    for kind in (CasewfError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, told)
