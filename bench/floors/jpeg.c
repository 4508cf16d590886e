/* The floor of the picture path: libjpeg-turbo compresses the finished picture, nothing else.
 *
 *   jpeg rgb|grey|plane FILE WIDTH HEIGHT QUALITY
 *
 * FILE holds the pixels: RGB (to YCbCr 4:2:0, by tjCompress2) or grey (to one component). grey
 * goes the way of tjbench, tjCompress2, which converts pixel by pixel; plane hands the picture
 * over as the Y plane that it is, which takes a quarter less. For each line on standard input
 * the picture is compressed once, into the same buffer, and a line "NANOSECONDS BYTES" comes
 * out: CPU time, which other processes do not disturb.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <turbojpeg.h>

static long long cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int count, char **words)
{
    if (count != 6) {
        fprintf(stderr, "usage: jpeg rgb|grey|plane FILE WIDTH HEIGHT QUALITY\n");
        return 2;
    }
    int rgb = !strcmp(words[1], "rgb"), plane = !strcmp(words[1], "plane");
    int width = atoi(words[3]), height = atoi(words[4]), quality = atoi(words[5]);
    int components = rgb ? 3 : 1;
    int format = rgb ? TJPF_RGB : TJPF_GRAY;
    int sampling = rgb ? TJSAMP_420 : TJSAMP_GRAY;
    size_t size = (size_t)width * height * components;
    unsigned long room = tjBufSize(width, height, sampling);
    unsigned char *pixels = malloc(size), *jpeg = malloc(room);
    FILE *file = fopen(words[2], "rb");
    if (!pixels || !jpeg || !file || fread(pixels, 1, size, file) != size) {
        perror(words[2]);
        return 1;
    }
    fclose(file);
    tjhandle encoder = tjInitCompress();
    const unsigned char *planes[] = {pixels, NULL, NULL};
    char line[16];
    while (fgets(line, sizeof line, stdin)) {
        unsigned long used = room;
        long long begin = cpu_ns();
        int failed =
            plane ? tjCompressFromYUVPlanes(encoder, planes, width, NULL, height, sampling, &jpeg,
                                            &used, quality, TJFLAG_NOREALLOC)
                  : tjCompress2(encoder, pixels, width, 0, height, format, &jpeg, &used, sampling,
                                quality, TJFLAG_NOREALLOC);
        if (failed) {
            fprintf(stderr, "%s\n", tjGetErrorStr2(encoder));
            return 1;
        }
        printf("%lld %lu\n", cpu_ns() - begin, used);
        fflush(stdout);
    }
    tjDestroy(encoder);
    free(pixels);
    free(jpeg);
    return 0;
}
