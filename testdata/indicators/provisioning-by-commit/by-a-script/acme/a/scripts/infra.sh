#!/bin/sh
set -e
terraform init
terraform apply -auto-approve
