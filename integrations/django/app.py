"""A Django blog with one page and a comment form, protected by Chaffinch."""

import os

import django
from chaffinch_client import Client, Verdict
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    # Your blog keeps its CsrfViewMiddleware; this example has no page to put a token on.
    MIDDLEWARE=[],
    SECRET_KEY=os.urandom(16).hex(),
)
django.setup()
chaffinch = Client(os.environ["SPAM_SERVER"], os.environ["SPAM_KEY"])
comments: list[dict[str, str]] = []


def comment(request: HttpRequest) -> HttpResponse:
    """Publish, hold or refuse what a reader wrote."""
    form = request.POST
    answer = chaffinch.check(text=form["text"], author=form.get("name", ""), environ=request.META)
    if answer.verdict is Verdict.SPAM:
        return HttpResponse("This looks like spam.", status=403)
    is_public = answer.verdict is Verdict.HAM
    comments.append(
        {"text": form["text"], "state": "public" if is_public else "held", "guid": answer.guid}
    )
    if is_public:
        return HttpResponse("Thank you.", status=201)
    return HttpResponse("Thank you. It will appear soon.", status=202)


urlpatterns = [path("comment", comment)]
app = get_wsgi_application()
