from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404


def enter(request: HttpRequest, role: str, number: int) -> HttpResponse:
    """Sign somebody in: in the place of a form with a password."""
    login(request, get_object_or_404(User, username=f"{role}-{number}"))
    return HttpResponse(f'<meta name="csrf-token" content="{get_token(request)}">')
