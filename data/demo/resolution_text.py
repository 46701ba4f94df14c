"""Words of the demo resolutions. Written for this project in the manner of real ones; no text of a real plan.

Each line is one unit: ``# `` chapter, ``§ `` paragraph, ``1. `` section, ``1) `` point, ``a) `` letter, ``- `` indent.
Names in braces are filled in by ``resolutions``.
"""

# ruff: noqa: E501 - sentences of law stay on one line

GENERAL = """
# Przepisy ogólne
§ {subject}
§
1. Ustalenia planu stanowią treść niniejszej uchwały oraz rysunek planu w skali 1:{scale}, będący załącznikiem nr 1 do uchwały.
2. Integralnymi częściami uchwały są ponadto:
1) załącznik nr 2 – rozstrzygnięcie o sposobie rozpatrzenia uwag wniesionych do projektu planu;
2) załącznik nr 3 – rozstrzygnięcie o sposobie realizacji zapisanych w planie inwestycji z zakresu infrastruktury technicznej, które należą do zadań własnych gminy, oraz o zasadach ich finansowania.
§ Ilekroć w uchwale jest mowa o:
1) planie – należy przez to rozumieć ustalenia zawarte w treści uchwały oraz na rysunku planu;
2) terenie – należy przez to rozumieć obszar wyznaczony na rysunku planu liniami rozgraniczającymi, o określonym przeznaczeniu i oznaczony symbolem;
3) przeznaczeniu podstawowym – należy przez to rozumieć przeznaczenie, które przeważa na danym terenie i zajmuje co najmniej 60% powierzchni działki budowlanej lub powierzchni całkowitej budynków;
4) przeznaczeniu uzupełniającym – należy przez to rozumieć przeznaczenie inne niż podstawowe, które je wzbogaca i nie pozostaje z nim w sprzeczności;
5) nieprzekraczalnej linii zabudowy – należy przez to rozumieć linię, poza którą nie wolno sytuować ścian budynków; linia nie dotyczy okapów, gzymsów, balkonów i schodów zewnętrznych wysuniętych nie więcej niż 1,3 m;
6) powierzchni biologicznie czynnej – należy przez to rozumieć teren biologicznie czynny w rozumieniu przepisów techniczno-budowlanych;
7) wskaźniku intensywności zabudowy – należy przez to rozumieć stosunek powierzchni całkowitej zabudowy do powierzchni działki budowlanej;
8) usługach nieuciążliwych – należy przez to rozumieć działalność, której oddziaływanie nie przekracza granic nieruchomości, do której inwestor ma tytuł prawny.
§
1. Obowiązującymi oznaczeniami na rysunku planu są:
1) granica obszaru objętego planem;
2) linie rozgraniczające tereny o różnym przeznaczeniu lub różnych zasadach zagospodarowania;
3) nieprzekraczalne linie zabudowy;
4) symbole terenów;
5) granice stref i obszarów określonych w § 8, § 9 i § 12.
2. Pozostałe oznaczenia na rysunku planu mają charakter informacyjny.
# Ustalenia dla całego obszaru objętego planem
§ W zakresie zasad ochrony i kształtowania ładu przestrzennego ustala się:
1) nakaz sytuowania budynków zgodnie z nieprzekraczalnymi liniami zabudowy, a gdzie ich nie wyznaczono – zgodnie z przepisami odrębnymi;
2) dopuszczenie przebudowy, remontu i nadbudowy budynków istniejących położonych poza liniami zabudowy, bez zbliżania ich do drogi;
3) zakaz stosowania ogrodzeń z prefabrykatów betonowych od strony dróg publicznych oraz ogrodzeń wyższych niż 1,6 m;
4) nakaz stosowania na elewacjach barw o niskim nasyceniu, a na dachach – barwy czerwonej, brązowej lub grafitowej;
5) zakaz lokalizacji wolno stojących urządzeń reklamowych o powierzchni ekspozycji większej niż 2 m².
§ W zakresie zasad kształtowania zabudowy oraz warunków scalania i podziału nieruchomości ustala się:
1. Na obszarze planu nie wyznacza się granic obszarów wymagających przeprowadzenia scaleń i podziałów nieruchomości.
2. Dla działek uzyskiwanych w wyniku scalania i podziału ustala się:
1) minimalną powierzchnię działki: {plot_area} m² dla zabudowy wolno stojącej i {plot_half} m² dla zabudowy bliźniaczej;
2) minimalną szerokość frontu działki: 18 m, a dla zabudowy bliźniaczej 12 m;
3) kąt położenia granic działek w stosunku do pasa drogowego od 70° do 110°.
§ W zakresie zasad ochrony środowiska, przyrody i krajobrazu ustala się:
1) zakaz lokalizacji przedsięwzięć mogących zawsze znacząco oddziaływać na środowisko, z wyjątkiem inwestycji celu publicznego z zakresu łączności publicznej i infrastruktury;
2) nakaz ochrony rowów, źródeł i zadrzewień śródpolnych oraz zachowania miedz i skarp w krajobrazie pól wstęgowych;
3) nakaz zapewnienia poziomów hałasu jak dla terenów:
a) zabudowy mieszkaniowej jednorodzinnej – na terenach o symbolach zawierających MN,
b) związanych ze stałym lub czasowym pobytem dzieci i młodzieży – na terenach usług edukacji,
c) rekreacyjno-wypoczynkowych – na terenach sportu, turystyki i zieleni urządzonej;
4) nakaz odprowadzania wód opadowych z dróg i placów po ich oczyszczeniu;
5) ogrzewanie budynków ze źródeł spełniających wymagania uchwały antysmogowej dla województwa małopolskiego.
§ W zakresie zasad ochrony dziedzictwa kulturowego i zabytków ustala się:
1. Ochronie podlegają obiekty ujęte w gminnej ewidencji zabytków, dla których ustala się nakaz zachowania bryły, kształtu dachu oraz podziałów i detalu elewacji frontowej.
2. {heritage}
3. {archaeology}
§ W granicach planu występują tereny podlegające ochronie na podstawie przepisów odrębnych:
1) {nature}
2) {flood}
§ W zakresie zasad modernizacji, rozbudowy i budowy systemów komunikacji ustala się:
1. Obsługę komunikacyjną terenów z przyległych dróg publicznych i wewnętrznych oraz z istniejących dojazdów niewyznaczonych na rysunku planu.
2. Powiązanie układu komunikacyjnego planu z układem zewnętrznym poprzez {main_road}.
3. Minimalną liczbę miejsc do parkowania:
1) dla zabudowy mieszkaniowej jednorodzinnej – 2 miejsca na jeden lokal mieszkalny, łącznie z miejscami w garażu;
2) dla usług – 1 miejsce na każde rozpoczęte 30 m² powierzchni użytkowej, nie mniej niż 2;
3) dla obiektów turystycznych – 1 miejsce na 3 łóżka;
4) dla pojazdów zaopatrzonych w kartę parkingową – nie mniej niż 4% liczby miejsc, gdy jest ich więcej niż 5.
4. Miejsca do parkowania realizuje się na działce objętej inwestycją jako naziemne lub w garażach.
§ W zakresie zasad modernizacji, rozbudowy i budowy systemów infrastruktury technicznej ustala się:
1. Zaopatrzenie w wodę z gminnej sieci wodociągowej, z zapewnieniem przeciwpożarowego zaopatrzenia w wodę; do czasu jej realizacji dopuszcza się ujęcia indywidualne.
2. Odprowadzanie ścieków komunalnych do sieci kanalizacji sanitarnej; do czasu jej realizacji dopuszcza się szczelne zbiorniki bezodpływowe, a poza zasięgiem planowanej sieci także przydomowe oczyszczalnie ścieków.
3. Odprowadzanie wód opadowych i roztopowych na własny teren nieutwardzony, do dołów chłonnych lub zbiorników retencyjnych albo do kanalizacji opadowej.
4. Zaopatrzenie w gaz z sieci średniego ciśnienia, w energię elektryczną z sieci średniego i niskiego napięcia oraz z urządzeń odnawialnych źródeł energii o mocy nieprzekraczającej 50 kW.
5. Gospodarkę odpadami zgodnie z regulaminem utrzymania czystości i porządku na terenie gminy.
6. Na wszystkich terenach dopuszcza się sieci i urządzenia infrastruktury technicznej, o ile nie uniemożliwią zagospodarowania zgodnego z przeznaczeniem.
§ W zakresie szczególnych warunków zagospodarowania terenów ustala się:
1) {landscape}
2) {lines}
3) w pasie 15 m od osi linii elektroenergetycznej średniego napięcia – ograniczenia zabudowy wynikające z przepisów odrębnych.
§ W planie nie określa się sposobów i terminów tymczasowego zagospodarowania terenów; do czasu realizacji ustaleń planu tereny mogą być użytkowane w sposób dotychczasowy.
"""

#: Provisions of a class; the first line of each follows "Wyznacza się tereny ..., oznaczone symbolami ...".
HOUSING = """
1. Przeznaczenie podstawowe: {basic}.
2. Przeznaczenie uzupełniające:
{additional}
3. Ustala się następujące parametry i wskaźniki kształtowania zabudowy oraz zagospodarowania terenu:
1) wskaźnik intensywności zabudowy: minimalny 0,05, maksymalny {intensity};
2) maksymalna powierzchnia zabudowy: {coverage}% powierzchni działki budowlanej;
3) minimalny udział powierzchni biologicznie czynnej: {green}% powierzchni działki budowlanej;
4) maksymalna wysokość zabudowy:
a) budynków {main_kind} – {height} m i nie więcej niż {floors},
b) budynków gospodarczych i garażowych – 6 m,
c) obiektów małej architektury – 4 m;
5) geometria dachów: {roof};
6) minimalna powierzchnia nowo wydzielanej działki budowlanej: {plot_area} m².
4. Nieprzekraczalne linie zabudowy – zgodnie z rysunkiem planu.
5. Miejsca do parkowania – zgodnie z § 10 ust. 3.
"""

PLAIN: dict[str, str] = {
    "UR": """
1. Przeznaczenie podstawowe: obiekty sakralne wraz z plebanią i budynkami parafialnymi.
2. Przeznaczenie uzupełniające: usługi kultury i oświaty, zieleń urządzona, miejsca do parkowania.
3. Ustala się nakaz ochrony kościoła i starodrzewu oraz zakaz przesłaniania widoku na kościół od strony dróg publicznych.
4. Wysokość nowej zabudowy: nie więcej niż 9 m; dachy dwuspadowe o nachyleniu od 37° do 45°.
5. Minimalny udział powierzchni biologicznie czynnej: 40%.
""",
    "UK": """
1. Przeznaczenie podstawowe: zespół zamkowy – muzeum, usługi kultury.
2. Przeznaczenie uzupełniające: gastronomia i obsługa zwiedzających w budynkach istniejących, zieleń.
3. Ustala się:
1) zakaz lokalizacji nowych budynków;
2) nakaz zachowania murów, dziedzińca i ogrodu w historycznym układzie;
3) minimalny udział powierzchni biologicznie czynnej: 30%.
4. Wszelkie roboty prowadzi się zgodnie z przepisami o ochronie zabytków.
""",
    "US": """
1. Przeznaczenie podstawowe: boiska i urządzenia sportu oraz rekreacji.
2. Przeznaczenie uzupełniające: budynek zaplecza o wysokości do 8 m i powierzchni zabudowy do 300 m², zieleń, miejsca do parkowania.
3. Minimalny udział powierzchni biologicznie czynnej: 50%.
""",
    "R": """
1. Przeznaczenie podstawowe: grunty rolne, łąki, pastwiska i sady.
2. Przeznaczenie uzupełniające: drogi dojazdowe do pól, zadrzewienia, urządzenia melioracji.
3. Ustala się:
1) zakaz zabudowy, w tym zabudowy zagrodowej, z zastrzeżeniem pkt 2;
2) dopuszczenie utrzymania i remontu budynków istniejących w dniu wejścia w życie planu;
3) nakaz zachowania historycznego układu pól wstęgowych oraz miedz;
4) zakaz grodzenia w sposób utrudniający migrację zwierząt.
""",
    "ZN": """
1. Przeznaczenie podstawowe: zieleń naturalna, łąki i zarośla w dnach dolin.
2. Przeznaczenie uzupełniające: ścieżki piesze i rowerowe o nawierzchni przepuszczalnej, urządzenia wodne.
3. Ustala się zakaz zabudowy, zmiany ukształtowania terenu i grodzenia.
""",
    "ZP": """
1. Przeznaczenie podstawowe: zieleń urządzona – park, skwer.
2. Przeznaczenie uzupełniające: place zabaw, altany o powierzchni do 25 m², ciągi piesze.
3. Minimalny udział powierzchni biologicznie czynnej: 75%.
4. Maksymalna wysokość obiektów: 5 m.
""",
    "ZL": """
1. Przeznaczenie podstawowe: lasy.
2. Przeznaczenie uzupełniające: drogi leśne, szlaki turystyczne, urządzenia gospodarki leśnej.
3. Zagospodarowanie zgodnie z planem urządzenia lasu, a w granicach parku narodowego – z planem jego ochrony.
4. Ustala się zakaz zabudowy, z wyjątkiem urządzeń, o których mowa w ust. 2.
""",
    "ZC": """
1. Przeznaczenie podstawowe: cmentarz.
2. Przeznaczenie uzupełniające: kaplica o wysokości do 12 m, dom przedpogrzebowy, alejki, zieleń.
3. Zagospodarowanie zgodnie z przepisami o cmentarzach, z zachowaniem starodrzewu.
""",
    "WS": """
1. Przeznaczenie podstawowe: wody płynące wraz z pasem brzegowym.
2. Przeznaczenie uzupełniające: mosty, kładki i urządzenia wodne.
3. Ustala się zakaz przykrywania i kanalizowania cieku, poza przepustami pod drogami.
""",
    "KP": """
1. Przeznaczenie podstawowe: publiczny plac miejski – Rynek.
2. Przeznaczenie uzupełniające: zieleń, ogródki gastronomiczne, targ okolicznościowy, miejsca do parkowania w liczbie do 40.
3. Ustala się:
1) nakaz jednolitej nawierzchni z kamienia naturalnego;
2) zakaz lokalizacji budynków oraz obiektów tymczasowych na okres dłuższy niż 120 dni;
3) minimalny udział powierzchni biologicznie czynnej: 15%.
""",
    "KS": """
1. Przeznaczenie podstawowe: parking ogólnodostępny.
2. Przeznaczenie uzupełniające: punkt informacji turystycznej i toalety o łącznej powierzchni zabudowy do 120 m², zieleń izolacyjna.
3. Minimalny udział powierzchni biologicznie czynnej: 20%; na każde 6 miejsc do parkowania co najmniej jedno drzewo.
""",
}

ROADS = """
1. Przeznaczenie podstawowe: {road_kind}.
2. Przeznaczenie uzupełniające: zieleń, urządzenia infrastruktury technicznej, ścieżki rowerowe, zatoki autobusowe.
3. Szerokość w liniach rozgraniczających: zgodnie z rysunkiem planu, {road_width}.
4. {road_note}
"""

FINAL = """
# Przepisy końcowe
§ Wykonanie uchwały powierza się: {head}.
§ {force}
"""
