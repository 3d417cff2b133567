"""What `jina ping` runs, by its own parser and checker; the whole command line wants packages that have no wheels."""

import sys

from jina.checker import NetworkChecker
from jina.parsers.ping import set_ping_parser

NetworkChecker(set_ping_parser().parse_args(sys.argv[1:]))
