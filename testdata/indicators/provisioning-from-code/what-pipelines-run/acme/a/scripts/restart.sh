#!/bin/sh
kubectl rollout restart deployment/shop
