"""A bucket and a database that belong together from the start, so that no upload's writes are the id's."""

import pymongo
from google.cloud import storage

from common.storage.gcs.bucket_id import BucketId
from common.storage.mongo.database_id import MongoDatabaseId


def share_id(bucket: storage.Bucket, uri: str, database: str) -> None:
    with pymongo.MongoClient[dict[str, object]](uri) as mongo:
        BucketId(bucket, MongoDatabaseId(mongo[database])).adopt()
