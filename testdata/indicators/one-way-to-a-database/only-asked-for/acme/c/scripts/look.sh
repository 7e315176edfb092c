#!/bin/sh
aws rds describe-db-instances --db-instance-identifier orders
