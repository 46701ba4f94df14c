from django.urls import path

from services.notifications.views import desk, everybody, mine

app_name = "notifications"

urlpatterns = [
    path("moje/powiadomienia/", mine.centre, name="centre"),
    path("moje/powiadomienia/worker.js", everybody.worker, name="worker"),
    path("moje/powiadomienia/zgody/", mine.agree, name="agree"),
    path("moje/powiadomienia/adresy/", mine.add_address, name="add-address"),
    path("moje/powiadomienia/adresy/<int:pk>/kod/", mine.confirm_address, name="confirm-address"),
    path("moje/powiadomienia/adresy/<int:pk>/usun/", mine.drop_address, name="drop-address"),
    path("moje/powiadomienia/przegladarka/", mine.add_browser, name="add-browser"),
    path("moje/powiadomienia/cisza/", mine.quiet, name="quiet"),
    path("moje/powiadomienia/miejsca/", mine.add_place, name="add-place"),
    path("moje/powiadomienia/miejsca/<int:pk>/usun/", mine.drop_place, name="drop-place"),
    path("moje/powiadomienia/<int:pk>/", mine.message, name="message"),
    path("powiadomienia/wypisz/<str:token>/", everybody.unsubscribe, name="unsubscribe"),
    path("powiadomienia/raport-sms/<slug:key>/", everybody.receipt, name="receipt"),
    path("n/<slug:public_id>", everybody.click, name="click"),
    path("ostrzezenia/", everybody.active, name="warnings"),
    path("ostrzezenia/atom.xml", everybody.feed, name="feed"),
    path("ostrzezenia/<slug:public_id>.cap.xml", everybody.cap, name="cap"),
    path("urzad/powiadomienia/", desk.index, name="desk"),
    path("urzad/powiadomienia/<int:teryt>/nowa/", desk.compose, name="compose"),
    path("urzad/powiadomienia/<int:teryt>/grupa/", desk.group, name="group"),
    path("urzad/powiadomienia/<int:teryt>/sms/", desk.phone, name="phone"),
    path("urzad/powiadomienia/<int:teryt>/wznow/<slug:channel>/", desk.restart, name="restart"),
    path("urzad/powiadomienia/wiadomosc/<int:pk>/", desk.composed, name="composed"),
    path("urzad/powiadomienia/wiadomosc/<int:pk>/zmien/", desk.alter, name="alter"),
    path("urzad/powiadomienia/wiadomosc/<int:pk>/koniec/", desk.end, name="end"),
    path("urzad/powiadomienia/wiadomosc/<int:pk>/popraw/", desk.correct, name="correct"),
    path("urzad/powiadomienia/wiadomosc/<int:pk>/krok/<slug:action>/", desk.step, name="step"),
]
