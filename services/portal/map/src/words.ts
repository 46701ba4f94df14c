/** Texts that scripts show, in the language of the page; other languages than Polish load when they are asked for. */
import { words as polish } from "./words.pl";
import type { Words } from "./words.pl";

export type Word = keyof Words;

const spoken = document.documentElement.lang;
export const language = spoken === "en" || spoken === "uk" ? spoken : "pl";
const locale = { pl: "pl-PL", en: "en-GB", uk: "uk-UA" }[language];
const words: Words = language === "en" ? (await import("./words.en")).words : language === "uk" ? (await import("./words.uk")).words : polish;

/** The text, with {names} filled in. */
export function say(word: Word, values: Record<string, string | number> = {}): string {
  return words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

const noBreak = "\u00a0";

/** 1234 -> "1 234 m²" */
export function area(squareMetres: number): string {
  return `${String(Math.round(squareMetres)).replace(/\B(?=(\d{3})+$)/g, noBreak)}${noBreak}m²`;
}

const longDay = new Intl.DateTimeFormat(locale, { dateStyle: "long" });

/** "2026-11-23" -> "23 listopada 2026" */
export function day(iso: string): string {
  const at = new Date(`${iso}T12:00:00`);
  return longDay.format(at).replaceAll(" ", noBreak);
}

/** 1234.5 -> "1 234,50" in Polish, "1,234.50" in English. */
export function number(value: number, places: number): string {
  return value.toLocaleString(locale, { minimumFractionDigits: places, maximumFractionDigits: places, useGrouping: true }).replaceAll(" ", noBreak);
}

export function metres(value: number): string {
  return `${number(value, 2)}${noBreak}m`;
}
