#!/bin/sh
aws s3 mb s3://orders
