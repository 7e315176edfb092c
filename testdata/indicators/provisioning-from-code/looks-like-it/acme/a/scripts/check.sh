#!/bin/sh
# aws rds create-db-instance --db-instance-identifier orders
echo "ssh admin@shop-1.example.org"
aws rds describe-db-instances
kubectl delete pod shop --dry-run=client
aws --endpoint-url http://localhost:4566 s3api create-bucket --bucket logs
ssh -T git@github.com
