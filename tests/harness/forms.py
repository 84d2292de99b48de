"""What an agency receives, checked against what the standards say of it: CloudEvents 1.0 (JSON
format), NENA EIDO 1.0 (NENA-STA-021 and its published schema), CAP 1.2 (OASIS). Each check raises
Bad with the place. The lists are the standards' own names, in their order where order counts."""

import json
import re
import xml.etree.ElementTree as ET


class Bad(Exception):
    pass


def need(true, place, text):
    if not true:
        raise Bad("%s: %s" % (place, text))


DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)\Z")

# ---- CloudEvents

CE_NAME = re.compile(r"[a-z0-9]{1,20}\Z")


def check_event(text):
    event = json.loads(text)
    need(isinstance(event, dict), "event", "not an object")
    for name in ("specversion", "id", "source", "type"):
        need(isinstance(event.get(name), str) and event[name], name, "required, not empty")
    need(event["specversion"] == "1.0", "specversion", "is 1.0")
    for name in set(event) - {"data", "data_base64"}:
        need(CE_NAME.match(name), name, "lower-case letters and digits only")
        need(isinstance(event[name], (str, bool, int)) and event[name] != "", name, "not a value")
    if "time" in event:
        need(DATE_TIME.match(event["time"]), "time", "not RFC 3339")
    need(not {"data", "data_base64"} <= set(event), "data", "both forms")
    return event


# ---- EIDO: component -> (required, optional), each name with what it holds

S, SS, REF, REFS, T, N = "text", "texts", "ref", "refs", "time", "number"
PROLOGUE = {"$id": S, "lastUpdateTimeStamp": T, "updatedByAgencyReference": REF}
NOTES = {"notesReference": REFS}
EIDO_PARTS = {
    "agencyComponent": ({"agencyRoleDescriptionRegistryText": SS, "agencyType": SS}, NOTES),
    "incidentComponent": (
        {"incidentTypeCommonRegistryText": S},
        {"incidentTypeInternalCode": S, "incidentTypeInternalText": S,
         "incidentStatusInternalText": SS, "incidentStatusCommonRegistryText": SS,
         "internalIncidentId": S, "incidentPriorityInternalText": S,
         "incidentCommonPriorityNumber": N, "locationReference": REFS, "personReference": REFS,
         "notesReference": REFS}),
    "callComponent": (
        {"standardPrimaryCallType": S, "direction": S, "callStartTimestamp": T,
         "callStateRegistryText": S},
        {"localCallType": S, "personReference": REFS, "locationReference": REFS,
         "callBackReference": REF, "notesReference": REFS}),
    "callbackComponent": ({}, {"callBackInformationUri": SS, "deviceContactHeader": S}),
    "personComponent": ({"personIncidentRoleRegistryText": SS},
                        {"locationReference": REFS, "callIdentifier": SS,
                         "callBackReference": REF, "notesReference": REFS}),
    "locationComponent": ({"locationTypeDescriptionRegistryText": S},
                          {"locationByValue": S, "locationByReferenceUrl": S,
                           "locationDescriptionText": S, "notesReference": REFS}),
    "notesComponent": ({"notesActionComments": S}, {"agentReference": REF}),
    "dispatchComponent": ({}, {"agencyReference": REF, "notesReference": REFS}),
}
EIDO_TOP = ({"eidoVersion": S, "issuingElementIdentification": S}, {})


def holds(value, kind):
    if kind == REF:
        return isinstance(value, dict) and set(value) == {"$ref"} and holds(value["$ref"], S)
    if kind in (SS, REFS):
        each = S if kind == SS else REF
        return isinstance(value, list) and value and all(holds(v, each) for v in value)
    if kind == N:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str) and value != "" and (kind != T or DATE_TIME.match(value))


def check_part(place, part, required, optional):
    need(isinstance(part, dict), place, "not an object")
    required = dict(PROLOGUE, **required)
    for name in required:
        need(name in part, place, "%s is required" % name)
    for name, value in part.items():
        kind = required.get(name, optional.get(name))
        need(kind, place, "%s is no member" % name)
        need(holds(value, kind), place, "%s is no %s" % (name, kind))


def walk(value):
    yield value
    for inner in value.values() if isinstance(value, dict) else \
            value if isinstance(value, list) else ():
        yield from walk(inner)


def check_eido(text):
    doc = json.loads(text)
    need(isinstance(doc, dict), "eido", "not an object")
    check_part("eido", {k: v for k, v in doc.items() if k not in EIDO_PARTS}, *EIDO_TOP)
    need(doc["eidoVersion"] == "1.0", "eidoVersion", "is 1.0")
    need("agencyComponent" in doc, "eido", "agencyComponent is required")
    for name in set(doc) & set(EIDO_PARTS):
        # The incident is one object, all other components are lists.
        parts = [doc[name]] if name == "incidentComponent" else doc[name]
        need(isinstance(parts, list) and parts, name, "not a list")
        for part in parts:
            check_part(name, part, *EIDO_PARTS[name])
    for call in doc.get("callComponent", []):
        need(call["direction"] in ("incoming", "outgoing", "internal"), "direction", "unknown")
    ids = [v["$id"] for v in walk(doc) if isinstance(v, dict) and "$id" in v]
    need(len(ids) == len(set(ids)), "$id", "twice")
    for v in walk(doc):
        if isinstance(v, dict) and "$ref" in v:
            need(v["$ref"] in ids, "$ref", "%s is nowhere" % v["$ref"])
    for place in doc.get("locationComponent", []):
        if "locationByValue" in place:
            ET.fromstring(place["locationByValue"].encode())
    return doc


# ---- CAP: (name, least, most, what it holds); None: text

CAP_NS = "{urn:oasis:names:tc:emergency:cap:1.2}"
CAP_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d\Z")
MANY = 10 ** 6
PAIR = [("valueName", 1, 1, None), ("value", 1, 1, None)]
AREA = [("areaDesc", 1, 1, None), ("polygon", 0, MANY, None),
        ("circle", 0, MANY, re.compile(r"-?[\d.]+,-?[\d.]+ [\d.]+\Z")),
        ("geocode", 0, MANY, PAIR), ("altitude", 0, 1, None), ("ceiling", 0, 1, None)]
RESOURCE = [("resourceDesc", 1, 1, None), ("mimeType", 1, 1, None), ("size", 0, 1, None),
            ("uri", 0, 1, None), ("derefUri", 0, 1, None), ("digest", 0, 1, None)]
INFO = [
    ("language", 0, 1, re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")),
    ("category", 1, MANY, {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env",
                           "Transport", "Infra", "CBRNE", "Other"}),
    ("event", 1, 1, None),
    ("responseType", 0, MANY, {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor",
                               "Assess", "AllClear", "None"}),
    ("urgency", 1, 1, {"Immediate", "Expected", "Future", "Past", "Unknown"}),
    ("severity", 1, 1, {"Extreme", "Severe", "Moderate", "Minor", "Unknown"}),
    ("certainty", 1, 1, {"Observed", "Likely", "Possible", "Unlikely", "Unknown"}),
    ("audience", 0, 1, None), ("eventCode", 0, MANY, PAIR),
    ("effective", 0, 1, CAP_TIME), ("onset", 0, 1, CAP_TIME), ("expires", 0, 1, CAP_TIME),
    ("senderName", 0, 1, None), ("headline", 0, 1, None), ("description", 0, 1, None),
    ("instruction", 0, 1, None), ("web", 0, 1, None), ("contact", 0, 1, None),
    ("parameter", 0, MANY, PAIR), ("resource", 0, MANY, RESOURCE), ("area", 0, MANY, AREA)]
NO_SPACE = re.compile(r"[^\s,<&]+\Z")
ALERT = [
    ("identifier", 1, 1, NO_SPACE), ("sender", 1, 1, NO_SPACE), ("sent", 1, 1, CAP_TIME),
    ("status", 1, 1, {"Actual", "Exercise", "System", "Test", "Draft"}),
    ("msgType", 1, 1, {"Alert", "Update", "Cancel", "Ack", "Error"}),
    ("source", 0, 1, None), ("scope", 1, 1, {"Public", "Restricted", "Private"}),
    ("restriction", 0, 1, None), ("addresses", 0, 1, None), ("code", 0, MANY, None),
    ("note", 0, 1, None),
    ("references", 0, 1, re.compile(r"[^\s,]+,[^\s,]+,\d{4}-\d\d-\d\dT[\d:]+[-+]\d\d:\d\d"
                                    r"( [^\s,]+,[^\s,]+,\S+)*\Z")),
    ("incidents", 0, 1, None), ("info", 0, MANY, INFO)]


def check_sequence(element, sequence):
    place, at = element.tag, 0
    children = list(element)
    need(not (element.text or "").strip(), place, "text between elements")
    for name, least, most, kind in sequence:
        n = 0
        while at < len(children) and children[at].tag == CAP_NS + name:
            child = children[at]
            at, n = at + 1, n + 1
            if isinstance(kind, list):
                check_sequence(child, kind)
                continue
            need(len(child) == 0 and not child.attrib, name, "holds more than text")
            text = child.text or ""
            need(not isinstance(kind, set) or text in kind, name, "%r is not allowed" % text)
            need(not hasattr(kind, "match") or kind.match(text), name, "%r: form" % text)
        need(least <= n <= most, place, "%s stands %d times" % (name, n))
    need(at == len(children), place, "%s is out of place" % [c.tag for c in children[at:at + 1]])


def check_cap(text):
    alert = ET.fromstring(text.encode() if isinstance(text, str) else text)
    need(alert.tag == CAP_NS + "alert", "cap", "no alert")
    check_sequence(alert, ALERT)
    value = {c.tag[len(CAP_NS):]: c.text for c in alert}
    need(value["scope"] != "Private" or value.get("addresses"), "addresses", "private needs it")
    need(value["msgType"] not in ("Update", "Cancel") or value.get("references") or
         value["identifier"].endswith(":1"), "references", "an update needs it")
    return value
