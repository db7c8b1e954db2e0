"""The words that stories are made of; every name in them is invented."""

from __future__ import annotations

PLACE_STARTS = (
    "Kar", "Vel", "Mor", "Tis", "Bran", "Ost", "Hul", "Nev", "Sar", "Lim", "Dor", "Fen", "Gri", "Ard",
    "Quel", "Pal", "Rov", "Sten", "Tor", "Und", "Wex", "Yar", "Zel", "Bel", "Cor", "Dun", "Ell", "Fal",
    "Gor", "Hab", "Ist", "Jar", "Kol", "Lar", "Med", "Nor", "Orm", "Pest", "Rad", "Sel",
)  # fmt: skip
PLACE_MIDDLES = (
    "a", "e", "i", "o", "u", "an", "en", "in", "on", "un", "ar", "er", "ir", "or", "ur", "al", "el", "il",
    "ol", "ul", "as", "es", "is", "os", "us", "av", "ev", "iv", "ov", "uv", "am", "em", "im", "om", "um",
    "ad", "ed", "id", "od", "ud",
)  # fmt: skip
PLACE_ENDS = (
    "vik", "grad", "ford", "by", "stad", "mouth", "holm", "burg", "dale", "wick", "minster", "haven",
    "gate", "field", "bridge", "ham", "port", "nau", "rova", "sk", "bor", "mere", "lund", "cliff",
)  # fmt: skip
FIRST_NAMES = (
    "Ilva", "Tomas", "Brenna", "Oskar", "Mirel", "Jonah", "Petra", "Anselm", "Dagny", "Corin", "Lenka",
    "Ruben", "Sunniva", "Matteo", "Yara", "Henrik", "Oriel", "Pavel", "Thandi", "Goran", "Elspeth", "Nadir",
    "Fenna", "Ivo", "Marguerite", "Salim", "Birgit", "Cosmo", "Alma", "Viktor", "Noemi", "Edvard", "Zora",
    "Lucian", "Hanne", "Rafael", "Tilda", "Kasimir", "Ingrid", "Desmond", "Leocadia", "Arvid", "Rosalind",
    "Emeric", "Solveig", "Bastian", "Ottilie", "Florin", "Wilhelmina", "Jasper", "Candela", "Ruairi",
    "Philippa", "Stellan", "Magda", "Ulric", "Beatrix", "Noor", "Casper", "Edda",
)  # fmt: skip
SURNAME_STARTS = (
    "Ab", "Bor", "Cast", "Dal", "Eng", "Far", "Gal", "Hoff", "Ing", "Jor", "Kal", "Lind", "Mar", "Nyg",
    "Oster", "Pell", "Quar", "Ros", "Sand", "Thor", "Urs", "Vall", "West", "Yl", "Zim", "Brock", "Crane",
    "Dray", "Ester", "Finn", "Grant", "Hart", "Ivers", "Kess", "Lowe", "Munt", "Norr", "Pryce", "Rook",
    "Stam",
)  # fmt: skip
SURNAME_ENDS = (
    "berg", "sen", "wick", "ova", "ell", "man", "ier", "ander", "ard", "eby", "stone", "mark", "ick", "ino",
    "etti", "ish", "low", "well", "worth", "ovic", "qvist", "son", "field", "ara", "ert", "ham", "osz",
    "enko", "itz", "aux", "ett", "dahl", "ley", "more", "ridge", "vall", "ton", "erson", "ius", "ini",
)  # fmt: skip
ROLES = (
    "mayor", "harbour master", "head teacher", "union secretary", "chief engineer", "councillor",
    "museum director", "bus driver", "surgeon", "farmer", "meteorologist", "judge", "biologist",
    "shopkeeper", "fire chief", "treasurer", "archaeologist", "ferry captain", "librarian", "minister",
    "brewer", "pilot", "inspector", "architect", "nurse", "opposition leader", "forester", "tax adviser",
    "chess champion", "beekeeper", "prosecutor", "geologist", "choir conductor", "baker", "postal worker",
    "rower", "historian", "watchmaker", "economist", "goalkeeper",
)  # fmt: skip
THINGS = (
    "bridge", "tram line", "school", "reservoir", "lighthouse", "hospital wing", "market hall",
    "power station", "swimming pool", "theatre", "water tower", "ferry terminal", "quarry", "greenhouse",
    "observatory", "railway", "archive", "flood barrier", "cable car", "bakery", "brewery", "airfield",
    "fish market", "cemetery", "canal", "sewage plant", "stadium", "town hall", "wind farm", "viaduct",
    "prison", "laboratory", "cinema", "orchard", "shipyard", "paper mill", "ice rink", "monastery",
    "tunnel", "data centre", "recycling yard", "bus depot", "kindergarten", "vineyard", "radio mast",
    "customs house", "skate park", "tannery", "courthouse", "allotment",
)  # fmt: skip
GOODS = (
    "barrels of herring", "bicycles", "solar panels", "library books", "tonnes of salt", "vaccine doses",
    "parking permits", "apple trees", "litres of milk", "concert tickets", "fire hoses", "school desks",
    "letters", "sandbags", "beehives", "second-hand pianos", "kilometres of cable", "roof tiles", "wolves",
    "hectares of forest", "laptops", "street lamps", "complaints", "wool blankets", "sheep",
    "medieval coins", "fishing licences", "water meters", "ration cards", "lifeboats", "paving stones",
    "clay pipes", "sledges", "cubic metres of gravel", "pigeons", "oak benches", "ballot papers",
    "rail tickets", "train carriages", "crates of oranges", "telescopes", "drums of paint",
    "copper kettles", "tents", "swans", "gas cylinders", "invoices", "door keys", "hospital beds",
    "pairs of skis",
)  # fmt: skip
QUALITIES = (
    "abandoned", "listed", "half-finished", "municipal", "century-old", "privately run", "flooded",
    "award-winning", "disputed", "new", "rented", "wooden", "overcrowded", "well-loved", "underground",
    "temporary", "automated", "neglected", "northern", "restored", "costly", "silent", "leaking",
    "provincial", "floating", "idle", "electric", "coastal", "notorious", "donated", "crumbling",
    "experimental", "brick-built", "windswept", "fortified", "insured", "bankrupt", "volunteer-run",
    "glass-roofed", "little-known",
)  # fmt: skip
DEEDS = (
    "bought", "closed", "inspected", "sold", "flooded", "repainted", "insured", "blocked", "praised",
    "mapped", "leased", "rebuilt", "photographed", "seized", "reopened", "audited", "fenced off",
    "demolished", "moved", "renamed", "privatised", "heated", "evacuated", "surveyed", "lit", "widened",
    "mortgaged", "cleaned", "auctioned", "defended", "measured", "expanded", "criticised", "guarded",
    "digitised", "dismantled", "funded", "postponed", "inherited", "catalogued",
)  # fmt: skip
BODIES = (
    "the regional court", "a citizens' panel", "the coastguard", "the chamber of trade",
    "an insurance pool", "the parish", "the transport authority", "a pension fund", "the rowing club",
    "the water board", "a heritage trust", "the student council", "the statistics office",
    "a shipping line", "the police union", "an energy cooperative", "the finance ministry",
    "the veterinary service", "a construction firm", "the diocese", "the national gallery",
    "a logistics company", "the tenants' league", "the labour inspectorate", "an observatory team",
    "the football federation", "the border agency", "a family foundation", "the postal service",
    "the ombudsman", "a rescue squad", "the broadcasting council", "the land registry",
    "a textile workshop", "the botanical society", "the electoral commission", "a savings bank",
    "the mountain guides", "the customs service", "an engineering school",
)  # fmt: skip
REASONS = (
    "heavy rain", "a missing signature", "rising rents", "a burst pipe", "falling demand",
    "an anonymous letter", "a record harvest", "stolen copper", "low water", "a computer failure",
    "new safety rules", "a family quarrel", "a landslide", "the price of steel", "an outbreak of mumps",
    "a typing error", "dry summers", "an early frost", "a change of heart", "a lost court case",
    "crowded classrooms", "a strike of crane drivers", "noise at night", "unpaid invoices",
    "an unexpected legacy", "rust", "a visit from abroad", "woodworm", "a surplus of eels",
    "a shortage of nurses", "fog", "a petition", "cheap imports", "a faulty valve", "a boundary dispute",
    "melting snow", "a tip from a diver", "double bookings", "broken promises", "a century of neglect",
)  # fmt: skip
TIMES = (
    "on Monday morning", "before dawn", "after a night of talks", "in the spring", "last week",
    "at short notice", "during the lunch break", "for the first time since the war", "within a fortnight",
    "by the end of the year", "on the eve of the festival", "in less than an hour", "over three winters",
    "without a vote", "late on Friday", "two days ahead of schedule", "in front of cameras",
    "behind closed doors", "at the height of the season", "after nine months of delay",
    "between two storms", "at the third attempt", "on a public holiday", "just before midnight",
    "in the presence of two notaries", "under police protection", "by a narrow margin",
    "to everybody's surprise", "in record time", "as the tide came in", "during a power cut",
    "at an auction", "on the last day of term", "in heavy traffic", "with eleven days to spare",
    "over the weekend", "after a long silence", "at noon on Tuesday", "in the middle of rehearsals",
    "against all advice",
)  # fmt: skip
