def info(message) {
    echo "INFO: ${message}"
}

def upload(file) {
    s3Upload file: file
}
