from django.urls import path

from services.catalogue.views import archive, cards, desk, filling, mine, places, programs, rules, together
from services.catalogue.views import cosign as cosigned

app_name = "catalogue"

urlpatterns = [
    path("uslugi/", cards.index, name="index"),
    path("uslugi/<slug:code>/", cards.card, name="card"),
    path("uslugi/<slug:code>/schemat.json", programs.schema, name="schema"),
    path("uslugi/<slug:code>/zloz", programs.file, name="file"),
    path("uslugi/<slug:code>/wniosek/", filling.begin, name="begin"),
    path("uslugi/<slug:code>/wniosek/<uuid:key>/", filling.summary, name="summary"),
    path("uslugi/<slug:code>/wniosek/<uuid:key>/<slug:step>/", filling.step, name="step"),
    path("wspolpodpis/<uuid:key>/", cosigned.cosign, name="cosign"),
    path("zalaczniki/<uuid:key>/", filling.attachment, name="attachment"),
    path("moje/", mine.home, name="home"),
    path("moje/sprawy/<int:pk>/", mine.case, name="case"),
    path("moje/sprawy/<int:pk>/uzupelnij/", mine.mend, name="mend"),
    path("moje/sprawy/<int:pk>/wycofaj/", mine.withdraw, name="withdraw"),
    path("moje/sprawy/<int:pk>/wniosek.xml", mine.filing_xml, name="filing-xml"),
    path("moje/sprawy/<int:pk>/poswiadczenie.pdf", mine.receipt_pdf, name="receipt"),
    path("moje/sprawy/<int:pk>/poswiadczenie.xml", mine.receipt_xml, name="receipt-xml"),
    path("urzad/", desk.desk, name="desk"),
    path("urzad/uslugi/", rules.index, name="rules-index"),
    path("urzad/uslugi/<int:teryt>/<slug:code>/", rules.service_rules, name="rules"),
    path("urzad/uslugi/<int:teryt>/<slug:code>/podglad/", rules.preview, name="rules-preview"),
    path("urzad/archiwum/", archive.archive, name="archive"),
    path("urzad/archiwum/spis.csv", archive.archive_csv, name="archive-csv"),
    path("urzad/razem/", together.together, name="together"),
    path("urzad/mapa/", places.page, name="places"),
    path("urzad/mapa/sprawy.json", places.points, name="points"),
    path("urzad/sprawy/<int:pk>/", desk.review, name="review"),
    path("urzad/sprawy/<int:pk>/podglad/", desk.letter_preview, name="letter-preview"),
    path("urzad/sprawy/<int:pk>/podglad/<int:index>.pdf", desk.paper_preview, name="paper-preview"),
    path("urzad/sprawy/<int:pk>/popraw/", desk.amend, name="amend"),
    path("urzad/sprawy/<int:pk>/wniosek.xml", desk.filing_xml, name="office-filing-xml"),
    path("urzad/sprawy/<int:pk>/metryka.pdf", desk.course_pdf, name="course"),
    path("urzad/sprawy/<int:pk>/metryka.xml", desk.course_xml, name="course-xml"),
    path("urzad/sprawy/<int:pk>/krok/<slug:action>/", desk.act, name="act"),
]
