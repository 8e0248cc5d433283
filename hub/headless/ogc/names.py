"""The addresses that the standard gives to its classes, relations and errors."""

PART1 = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
PART2 = "http://www.opengis.net/spec/ogcapi-processes-2/1.0/conf"
CONFORMS = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    f"{PART1}/core",
    f"{PART1}/ogc-process-description",
    f"{PART1}/json",
    f"{PART1}/html",
    f"{PART1}/oas30",
    f"{PART1}/job-list",
    f"{PART1}/callback",
    f"{PART1}/dismiss",
    f"{PART2}/deploy-replace-undeploy",
    f"{PART2}/deploy-replace-undeploy/ogcapppkg",
]

REL = "http://www.opengis.net/def/rel/ogc/1.0"
CONFORMANCE, PROCESSES, JOB_LIST, EXECUTE, RESULTS = (
    f"{REL}/{name}" for name in ("conformance", "processes", "job-list", "execute", "results")
)

ERROR = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
NO_SUCH_PROCESS, NO_SUCH_JOB, NO_SUCH_OUTPUT = (
    f"{ERROR}/{name}" for name in ("no-such-process", "no-such-job", "no-such-output")
)
NOT_READY, NOT_AVAILABLE, FAILED = (
    f"{ERROR}/{name}" for name in ("result-not-ready", "result-not-available", "run-failed")
)
DEPLOY_ERROR = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0"
DUPLICATED, IMMUTABLE = (f"{DEPLOY_ERROR}/{name}" for name in ("duplicated-process", "immutable-process"))
INVALID = "InvalidParameterValue"  # as the standard names it for input that cannot be used

JSON, HTML, PROBLEM, TEXT = "application/json", "text/html", "application/problem+json", "text/plain"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
NOTEBOOK = "application/x-ipynb+json"
