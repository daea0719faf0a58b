/**
 * The user who may read a folder of scans, for `docker run --user`. This is the folder's owner, or the user
 * nobody if the owner is root. If only root may read the folder (a clone made under umask 077), it is root,
 * without any capability.
 */
export function folderReader({ uid, gid, mode }: { uid: number; gid: number; mode: number }): string {
  const isForAll = (mode & 0o005) === 0o005;
  return uid === 0 && isForAll ? "65534:65534" : `${uid}:${gid}`;
}
