"""Which domains belong together: ``edu.x.se`` and ``www.x.se`` are both under ``x.se``.

A short list stands in for the Public Suffix List: it has the endings that Swedish schools use.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHARED_ENDINGS = _words(  # like "se" itself: whoever asked for it has a name under it
    """
    ac.se brand.se fh.se fhsk.se fhv.se komforb.se kommunalforbund.se komvux.se lanbib.se naturbruksgymn.se
    org.se parti.se pp.se press.se tm.se com.se co.uk org.uk ac.uk sch.uk com.au eu.com eu.org uk.com
    appspot.com azurewebsites.net blogspot.com blogspot.se github.io herokuapp.com netlify.app onmicrosoft.com
    pages.dev sharepoint.com sites.google.com squarespace.com webnode.se weebly.com wixsite.com wordpress.com
    """
)
_OF_EVERYBODY = _words(  # mail providers and places where anybody keeps pages: they tell nothing of who it is
    """
    algonet.se aol.com bahnhof.se bredband.net bredband2.com brevet.nu comhem.se facebook.com fastmail.com
    gmail.com gmx.com gmx.net google.com googlemail.com home.se hotmail.com hotmail.se hotmail.co.uk hushmail.com
    icloud.com instagram.com live.com live.se mac.com mail.com me.com msn.com ownit.se outlook.com outlook.se
    passagen.se post.se privat.se proton.me protonmail.com spray.se swipnet.se tele2.se telia.com telia.se tutanota.com
    utfors.se wix.com yahoo.com yahoo.se ymail.com youtube.com
    """
)


def spell(domain: str) -> str:
    """One spelling: lower case, no dot at the ends, no ``www``, å ä ö as letters and not as ``xn--``."""
    found = domain.strip().strip(".").lower().removeprefix("www.")
    if "xn--" not in found:
        return found
    try:
        return found.encode("ascii").decode("idna")
    except UnicodeError:
        return found


def registrable(domain: str) -> str:
    """What somebody has registered: ``skola.x.se`` -> ``x.se``; "" where nobody has (``se``, ``fhsk.se``)."""
    labels = domain.split(".")
    ending = 2 if ".".join(labels[-2:]) in _SHARED_ENDINGS else 1
    if ".".join(labels[-3:]) in _SHARED_ENDINGS:
        ending = 3
    own = labels[-ending - 1 :]
    return ".".join(own) if len(labels) > ending and all(own) else ""


def tells_owner(domain: str) -> bool:
    """Whether sharing this domain says anything: not for mail providers and hosts that serve everybody."""
    owner = registrable(domain)
    return bool(owner) and owner not in _OF_EVERYBODY
