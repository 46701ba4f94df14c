from django.urls import path

from services.payments.views import books, desk, messages, mine

app_name = "payments"

urlpatterns = [
    path("moje/oplaty/", mine.dues, name="dues"),
    path("moje/oplaty/zaplac/", mine.pay, name="pay"),
    path("moje/oplaty/<int:pk>/", mine.charge, name="charge"),
    path("platnosci/<uuid:key>/", mine.payment, name="payment"),
    path("platnosci/<uuid:key>/zaplac/", mine.go, name="go"),
    path("platnosci/<uuid:key>/blik/", mine.blik, name="blik"),
    path("platnosci/<uuid:key>/przerwij/", mine.give_up, name="give-up"),
    path("platnosci/<slug:operator>/powiadomienie", messages.notification, name="notification"),
    path("urzad/platnosci/", desk.index, name="desk"),
    path("urzad/platnosci/zwrot/<int:pk>/", desk.decide_refund, name="refund"),
    path("urzad/platnosci/wyjasnij/<int:pk>/", desk.explain, name="explain"),
    path("urzad/platnosci/<uuid:key>/dzien/", desk.correct_day, name="correct-day"),
    path("urzad/ksiegi/", books.index, name="books"),
    path("urzad/ksiegi/<int:teryt>/zestawienie.csv", books.export, name="books-csv"),
]
