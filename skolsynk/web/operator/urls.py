from __future__ import annotations

from django.urls import path

from skolsynk.web.operator import views

urlpatterns = [
    path("", views.tenants, name="operator_tenants"),
    path("huvudman/<str:key>/", views.tenant, name="operator_tenant"),
    path("leverantorer/", views.vendors, name="operator_vendors"),
    path("adresser/", views.addresses, name="operator_addresses"),
    path("adresser/<int:connection_id>/<str:mode>/", views.address, name="operator_address"),
    path("register/", views.register, name="operator_register"),
    path("register/las-in/", views.refresh, name="operator_register_refresh"),
    path("register/<str:code>/", views.unit, name="operator_unit"),
]
