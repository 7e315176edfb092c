#!/bin/sh
aws rds create-db-instance --db-instance-identifier orders
