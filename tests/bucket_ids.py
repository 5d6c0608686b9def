"""Give a bucket and a database the same id from the start, so that no upload writes it."""

import pymongo
from google.cloud import storage

from common.storage.gcs.bucket_id import BucketId
from common.storage.mongo.database_id import MongoDatabaseId


def share_id(bucket: storage.Bucket, uri: str, database: str) -> None:
    with pymongo.MongoClient[dict[str, object]](uri) as mongo:
        BucketId(bucket, MongoDatabaseId(mongo[database])).adopt()
