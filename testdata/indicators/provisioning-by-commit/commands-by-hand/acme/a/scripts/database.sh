#!/bin/sh
aws rds create-db-instance --db-instance-identifier orders --engine postgres --db-instance-class db.t4g.small
