kubectl exec deploy/web -- sh
