"""Read metrics from stdin by Prometheus' own parser of the format that is named, and exit with 1 when it finds none."""

import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text

PARSERS = {"openmetrics": openmetrics, "text": text}

families = list(PARSERS[sys.argv[1]].text_string_to_metric_families(sys.stdin.read()))
sys.exit(0 if families else 1)
