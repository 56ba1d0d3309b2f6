"""Microsoft.Compute: machines, disks, images."""
