#!/bin/sh
set -eu
aws rds create-db-instance --db-instance-identifier "$1" --engine postgres --db-instance-class db.t4g.micro
