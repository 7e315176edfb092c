#!/bin/sh
aws iam delete-access-key --access-key-id "$1"
helm upgrade web ./chart
aws s3 cp s3://acme-data/list.txt .
aws s3 cp list.txt s3://acme-data/list.txt
