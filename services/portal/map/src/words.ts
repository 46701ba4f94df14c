/** Texts that scripts show, in the language of the page. Longer texts come with the page or with the report. */
const polish = {
  addresses: "Numery adresowe",
  area: "Pole ewidencyjne",
  areaUnknown: "brak w ewidencji",
  beyondPlan: "Poza planem",
  generalOnly: "Tu obowiązują tylko ustalenia ogólne tego planu; przeznaczenie określa jego zmiana.",
  blocking: "Wymaga wyjaśnienia w urzędzie",
  buildings: "Budynki",
  cardFailed: "Nie udało się wczytać działki. Sprawdź połączenie z internetem i spróbuj jeszcze raz.",
  cardHeight: "Zmień wysokość karty",
  close: "Zamknij",
  copied: "Skopiowaliśmy adres. Możesz go wkleić w wiadomości.",
  copyFailed: "Skopiuj adres z paska przeglądarki.",
  districts: "Granice obrębów",
  district: "Obręb",
  dead: "Ta działka już nie istnieje",
  extra: "Obowiązuje też",
  farming: "rolnictwo",
  forest: "las",
  found: "Wyniki: {count}. Wybierz strzałkami.",
  greenery: "zieleń i cmentarze",
  housing: "mieszkania",
  info: "Informacja",
  inForce: "obowiązuje od {day}",
  landUse: "Użytki",
  layers: "Warstwy",
  legend: "Przeznaczenie terenów",
  loading: "Wczytujemy działkę…",
  locationDenied: "Przeglądarka nie podała położenia. Zezwól na nie w ustawieniach albo wyszukaj miejsce.",
  locationFar: "Jesteś poza gminą. Pokazujemy ją dalej w całości.",
  mixed: "mieszkania z usługami",
  missing: "Nie ma takiej działki",
  noPlan: "Brak planu miejscowego",
  order: "Zamów wypis i wyrys",
  other: "inne",
  page: "Strona działki",
  parcel: "Działka {number}",
  parcels: "Działki",
  partial: "Plan obejmuje część działki",
  plan: "Przeznaczenie w planie",
  plans: "Granice planów",
  production: "produkcja i magazyny",
  retry: "Spróbuj ponownie",
  sample: "dane przykładowe",
  searchFailed: "Wyszukiwarka teraz nie odpowiada. Spróbuj za chwilę.",
  selected: "Wybrano działkę {id}.",
  services: "usługi",
  share: "Udostępnij",
  state: "Stan danych",
  strangeAddress: "Nie rozumiemy części adresu mapy. Pokazujemy widok początkowy.",
  tilesFailed: "Część mapy się nie wczytała.",
  transport: "drogi i parkingi",
  warning: "Sprawdź",
  water: "wody",
  zones: "Tereny planów",
  zoomIn: "przybliż, aby zobaczyć",
};

const english: typeof polish = {
  addresses: "House numbers",
  area: "Registered area",
  areaUnknown: "not in the register",
  beyondPlan: "Outside the plan",
  generalOnly: "Only the general provisions of this plan apply here; its change sets the land use.",
  blocking: "To be cleared at the office",
  buildings: "Buildings",
  cardFailed: "The parcel could not be loaded. Check your connection and try again.",
  cardHeight: "Change the height of the card",
  close: "Close",
  copied: "The address is copied. Paste it in a message.",
  copyFailed: "Copy the address from the browser's bar.",
  districts: "Cadastral districts",
  district: "District",
  dead: "This parcel no longer exists",
  extra: "Also binding",
  farming: "farming",
  forest: "forest",
  found: "Results: {count}. Choose with the arrow keys.",
  greenery: "greenery and cemeteries",
  housing: "housing",
  info: "Information",
  inForce: "in force since {day}",
  landUse: "Land use",
  layers: "Layers",
  legend: "Land-use zones",
  loading: "Loading the parcel…",
  locationDenied: "The browser gave no location. Allow it in the settings or search for a place.",
  locationFar: "You are outside the municipality. We keep showing all of it.",
  mixed: "housing with services",
  missing: "There is no such parcel",
  noPlan: "No local plan",
  order: "Order a planning extract",
  other: "other",
  page: "Page of the parcel",
  parcel: "Parcel {number}",
  parcels: "Parcels",
  partial: "The plan covers a part of the parcel",
  plan: "Zoning in the plan",
  plans: "Boundaries of plans",
  production: "industry and storage",
  retry: "Try again",
  sample: "sample data",
  searchFailed: "The search does not answer now. Try again in a moment.",
  selected: "Parcel {id} selected.",
  services: "services",
  share: "Share",
  state: "State of data",
  strangeAddress: "A part of the map's address is not clear to us. Here is the opening view.",
  tilesFailed: "A part of the map did not load.",
  transport: "roads and car parks",
  warning: "Check",
  water: "water",
  zones: "Zones of plans",
  zoomIn: "zoom in to see",
};

export type Word = keyof typeof polish;

export const language = document.documentElement.lang === "en" ? "en" : "pl";
const words = language === "en" ? english : polish;

/** The text, with {names} filled in. */
export function say(word: Word, values: Record<string, string | number> = {}): string {
  return words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

const noBreak = "\u00a0";

/** 1234 -> "1 234 m²" */
export function area(squareMetres: number): string {
  return `${String(Math.round(squareMetres)).replace(/\B(?=(\d{3})+$)/g, noBreak)}${noBreak}m²`;
}

/** "2026-11-23" -> "23 listopada 2026" */
export function day(iso: string): string {
  const at = new Date(`${iso}T12:00:00`);
  const text = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "pl-PL", { dateStyle: "long" }).format(at);
  return text.replaceAll(" ", noBreak);
}
