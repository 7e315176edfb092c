#!/bin/sh
CHART=charts/own
helm upgrade --install own "$CHART"
helm install ../other/chart --generate-name
