#!/bin/sh
aws sqs create-queue --queue-name orders
