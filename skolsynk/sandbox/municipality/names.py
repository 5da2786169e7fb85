"""Invented people's and school units' names: common Swedish ones put together at random, and addresses from them."""

from __future__ import annotations

import re
import unicodedata
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    """Alice Alma Astrid Agnes Alva Amina Anna Anna-Karin Annika Asta Aya Barbro Birgitta Britta Cecilia Charlotta
    Clara Désirée Ebba Edith Eleonora Elin Elina Ella Ellen Elsa Elvira Emma Ester Eva-Lena Fatima Felicia
    Filippa Freja Frida Gunilla Hanna Hedda Helena Hilma Ida Inez Ingrid Iris Isabelle Jasmine Johanna Josefin
    Julia Juni Kajsa Karin Kerstin Klara Leia Leila Lilly Linnéa Liv Lo Lova Lovisa Luna Maja Maria Maryam
    Matilda Meja Moa Molly Märta My Nadia Nora Olivia Petra Pernilla Rut Saga Sara Selma Signe Sigrid Siri Sofia
    Stella Stina Svea Thea Tilde Tindra Tuva Tyra Vera Victoria Wilma Zahra Åsa Åse-Marie Öyvor Abdi Adam Adrian
    Ahmed Albin Aleksander Alfred Ali Alvin André Anton Anders Arvid August Axel Benjamin Bengt Björn Carl-Johan
    Casper Charlie Daniel David Dante Ebbe Edvin Elias Elis Elliot Elton Emil Erik Ernst Fabian Felix Filip
    Frank Frans Gabriel Gustav Göran Hampus Harry Henry Hjalmar Hugo Håkan Ibrahim Isak Ivar Jack Jakob Jan-Erik
    Johan Jonatan Josef Julian Jörgen Kasper Kevin Lars-Åke Leo Leon Levi Liam Loke Lorens Love Lucas Ludvig
    Malte Mats Max Melker Melvin Milo Mohamed Mustafa Måns Nils Noah Noel Olle Oliver Omar Oscar Otis Otto Pär
    Per-Olof Rasmus René Samuel Sebastian Sigge Sixten Sten Sven Tage Theo Theodor Tor Ture Ulf Valter Vidar
    Viggo Viktor Vilgot Ville Vincent William Yusuf Åke Örjan"""
)
FAMILY = _words(
    """Abdi Ahlström Ahmed Al-Hassan Ali Andersson Andréasson Arvidsson Axelsson Bengtsson Berg Berggren Bergman
    Bergqvist Bergström Björk Björklund Blom Blomqvist Boström Carlsson Claesson Dahl Dahlberg Danielsson Ek
    Eklund Ekström Eliasson Engström Ericsson Eriksson Falk Forsberg Fransson Fredriksson Gunnarsson Gustafsson
    Haddad Hansen Hansson Hassan Hedlund Hedström Hellström Henriksson Hermansson Holm Holmberg Holmgren
    Holmqvist Håkansson Höglund Isaksson Ivarsson Jakobsson Jansson Jensen Johansson Jonasson Jonsson Jönsson
    Karlsson Khalil Kovačević Kowalski Larsson Lidén Lilja Lind Lindberg Lindblom Lindén Lindgren Lindholm
    Lindqvist Lindström Löfgren Lund Lundberg Lundgren Lundin Lundqvist Lundström Löf Magnusson Martinsson
    Mattsson Mohamed Mohammadi Månsson Mårtensson Möller Nguyen Nilsson Norberg Nordin Nordström Norén Nyberg
    Nyström Nåjd Olofsson Olsson Omar Palm Persson Pettersson Pålsson Rosén Samuelsson Sandberg Sandström
    Sjöberg Sjögren Ström Strömberg Sundberg Sundström Svensson Söderberg Söderlund Sörensen Tran Viklund Wallin
    Wikström Zetterberg Åberg Ågren Åkerman Åkesson Åström Öberg Östlund Özdemir"""
)
FAMILY_IN_TWO = ("von Essen", "af Klercker", "Berg Lindén", "Ek Sjögren", "Öberg Ali", "Åkesson Norén")

_STEMS = _words(
    """Al Alm Asp Back Berg Bruks Björk Dal Ek En Fiskar Fjäll Fågel Granit Hamn Hassel Havs Kulla Kvarn Kyrk Källe
    Lilje Lind Lund Mar Mo Norr Park Rönn Sjö Skogs Slotts Sol Stations Strand Ström Sten Söder Tall Torp Udde
    Vide Väster Ås Äng Öster"""
)
_ENDINGS = ("skolan", "hagaskolan", "ängsskolan", "backaskolan", "torpsskolan", "dalsskolan", "viksskolan", "byskolan")
_REGIONS = ("", "Norra ", "Södra ", "Västra ", "Östra ", "Lilla ", "Stora ")


def plain(text: str) -> str:
    """Small Latin letters, digits, dots and hyphens only: ``Åse-Marie Öberg`` -> ``ase-marie.oberg``."""
    folded = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.-]+", ".", folded).strip(".-")


def slug(text: str) -> str:
    """Small letters and digits run together: ``Norra Ängsskolan`` -> ``norraangsskolan``."""
    return re.sub(r"[^a-z0-9]+", "", plain(text))


def person_name(rng: Random) -> tuple[str, str]:
    """A given name and a family name."""
    family = rng.choice(FAMILY_IN_TWO) if rng.random() < 0.02 else rng.choice(FAMILY)
    return rng.choice(GIVEN), family


def free_address(given: str, family: str, domain: str, taken: set[str]) -> str:
    """The first free of ``given.family@domain``, ``given.family2@domain``, …; added to ``taken``."""
    local = f"{plain(given)}.{plain(family)}"
    address, number = f"{local}@{domain}", 1
    while address in taken:
        number += 1
        address = f"{local}{number}@{domain}"
    taken.add(address)
    return address


def unit_names(rng: Random, count: int) -> list[str]:
    """``count`` different names of compulsory schools, plain ones first."""
    names: list[str] = []
    for region in _REGIONS:
        plainest = [f"{region}{stem}{_ENDINGS[0]}" for stem in _STEMS]
        longer = [f"{region}{stem}{ending}" for stem in _STEMS for ending in _ENDINGS[1:]]
        rng.shuffle(plainest)
        rng.shuffle(longer)
        names += plainest + longer
    return names[:count]
