"""Describes an open-data package as DCAT 3 in JSON-LD, for catalogues that harvest it (https://www.w3.org/TR/vocab-dcat-3/)."""

import json
from collections.abc import Mapping

from xinqu.reporting.open_data import LICENCES, Package
from xinqu.vocabulary.canonical import sha256_hex
from xinqu.vocabulary.text import Text

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "adms": "http://www.w3.org/ns/adms#",
}
_MEDIA = {
    "csv": "text/csv", "parquet": "application/vnd.apache.parquet", "xlsx":
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "html": "text/html", "xml": "application/xml",
}  # fmt: skip
_IANA = "https://www.iana.org/assignments/media-types/"
_FREQUENCIES = {"monthly": "MONTHLY", "quarterly": "QUARTERLY", "half_year": "ANNUAL_2", "annual": "ANNUAL"}
_EU_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


def dataset(package: Package, files: Mapping[str, bytes], *, frequency: str = "") -> bytes:
    """Return the description of a package: one ``dcat:Dataset`` with a distribution per data file.

    ``frequency`` is that of the release series ("" when it is none); paths are relative to the description.
    """
    address = LICENCES[package.licence][1]
    said: dict[str, object] = {
        "@context": _CONTEXT,
        "@id": f"urn:xinqu:{package.realm}:{package.id}:{package.vintage}",
        "@type": "dcat:Dataset",
        "dct:identifier": package.id,
        "dct:title": _texts(package.title),
        "dct:description": [*_texts(package.description), *(entry for note in package.notes for entry in _texts(note))],
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": _texts(package.publisher)},
        "dct:license": {"@id": address},
        "dct:issued": {"@type": "xsd:date", "@value": package.made_on.isoformat()},
        "dcat:version": str(package.vintage),
        "adms:versionNotes": _texts(package.realm.mark) if package.realm.mark.zh else _texts(package.realm.label),
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "dct:description": f"realm {package.realm}; origin "
                           f"{', '.join(package.origins)}; event {package.vintage}, head {package.head_sha256}; "
                           f"pack {package.pack_id} {package.pack_version} {package.pack_sha256}"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": package.first_day.isoformat()},
            "dcat:endDate": {"@type": "xsd:date", "@value": package.last_day.isoformat()},
        },
        "dcat:distribution": [
            _distribution(package, name, body) for name, body in sorted(files.items()) if name.rpartition(".")[2] in _MEDIA
        ],
    }  # fmt: skip
    if frequency in _FREQUENCIES:
        said["dct:accrualPeriodicity"] = {"@id": _EU_FREQUENCY + _FREQUENCIES[frequency]}
    if package.sources:
        said["dct:source"] = [{"@id": path} for _, path in package.sources]
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _distribution(package: Package, name: str, body: bytes) -> dict[str, object]:
    media = _MEDIA[name.rpartition(".")[2]]
    described: dict[str, object] = {
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:downloadURL": {"@id": name},
        "dcat:mediaType": {"@id": _IANA + media},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(len(body))},
        "dct:license": {"@id": LICENCES[package.licence][1]},
        "spdx:checksum": {
            "@type": "spdx:Checksum", "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": sha256_hex(body),
        },
    }  # fmt: skip
    if name.startswith("sdmx/"):
        described["dct:conformsTo"] = {"@id": "https://sdmx.org/standards-2/"}
    return described


def _texts(text: Text) -> list[dict[str, str]]:
    return [{"@language": "zh-Hans", "@value": text.zh}, {"@language": "en", "@value": text.en}]
