from django.urls import path

from services.delivery import paper_views, views

app_name = "delivery"

urlpatterns = [
    path("moje/adres-do-doreczen/", views.address, name="address"),
    path("moje/pisma/<int:pk>/", views.open_letter, name="open"),
    path("doreczenia/dowod/<int:pk>/", views.proof, name="proof"),
    path("doreczenia/powiadomienie", views.notified, name="notified"),
    path("urzad/doreczenia/", views.office, name="office"),
    path("urzad/doreczenia/<int:teryt>/nadaj/", paper_views.post_letters, name="post"),
    path("urzad/doreczenia/<int:teryt>/strony/<int:pk>/", views.party_address, name="party-address"),
    path("urzad/doreczenia/paczka/<int:pk>/", paper_views.batch, name="batch"),
    path("urzad/doreczenia/paczka/<int:pk>/dzien/", paper_views.posting_day, name="posting-day"),
    path("urzad/doreczenia/paczka/<int:pk>.pdf", paper_views.batch_pdf, name="batch-pdf"),
    path("urzad/doreczenia/paczka/<int:pk>.csv", paper_views.batch_csv, name="posting-book"),
    path("urzad/doreczenia/przesylka/<int:pk>/ponow/", views.send_again, name="again"),
    path("urzad/doreczenia/przesylka/<int:pk>/zwrotka/", views.confirmation, name="confirmation"),
    path("urzad/doreczenia/przychodzace/<int:pk>/sprawa/", views.assign, name="assign"),
    path("urzad/doreczenia/zalacznik/<int:pk>/", views.incoming_file, name="incoming-file"),
]
