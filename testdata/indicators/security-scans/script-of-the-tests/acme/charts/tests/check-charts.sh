#!/bin/sh
helm template charts/shop > out.yaml
kube-linter lint out.yaml
