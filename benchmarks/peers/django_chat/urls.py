"""The one page that is needed: where somebody is signed in."""

from __future__ import annotations

from chat.views import enter
from django.urls import path

urlpatterns = [path("enter/<role>/<int:number>", enter)]
